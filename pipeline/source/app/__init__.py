"""The AMPECO app API of one account.

`client` sends the requests to the addresses in `endpoints`, with the tokens that `login` reads and renews. It returns
answers, whose content `schema` describes.
"""
