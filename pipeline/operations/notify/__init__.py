"""Messages to the owner about runs that nobody watched, by webhook or mail.

`causes` lists what there is to report now, `memory` keeps what was already sent, `message` words the rest, `webhook`
and `mail` deliver it, and `send` calls them in this order at the end of a run.
"""
