"""Scheduled runs, which the system's scheduler starts, or a loop in the foreground.

`times` computes when runs are due, and `job` is the command line that is started. `scheduler` is what a scheduler of
the system must do, and checks that a job can read the logins; `systemd` and `cron` are such schedulers, and `printed`
only prints the files for launchd and Task Scheduler. `loop` is for containers and starts each run with `process`. `due`
decides whether a run in between is needed, and `next_run` finds the next run, however a logbook is scheduled.
"""
