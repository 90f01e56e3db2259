"""Messages to the owner about unattended runs, by webhook or mail.

At the end of a run, `send` calls the others: `causes` lists what there is to report, `memory` knows what was sent
already, `message` composes a text about the rest, and `webhook` and `mail` deliver it.
"""
