"""The AMPECO app API of one account.

`endpoints` has its addresses, `login` its tokens; `client` sends the requests and returns answers, whose content
`schema` describes.
"""
