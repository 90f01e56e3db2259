"""Claims as people read them: laid out from one frozen document, in Danish or English, and never computed."""
