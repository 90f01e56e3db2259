"""Runs without anybody there: a job for the system's own scheduler, or a loop in the foreground.

`times` says when, `job` what is started, `systemd` and `cron` hand it to the system after `proof` that it can work
there, `elsewhere` only prints it. `loop` is for containers, `due` for runs that look whether there is a reason to run.
`planned` tells what is scheduled for a logbook, whoever does it.
"""
