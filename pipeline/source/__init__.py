"""Where answers come from: the operator's app API (`app`), or files captured from it (`capture`).

A request goes through `http`, which limits its pace and repeats it by the policy in `retry`, over connections with a
`deadline`.
`body` reads the response, `reply` checks it, and `faults` puts failures into words. Logins are in `credentials`.
"""
