"""`ladebog claim`: what is handed in, from a closed month to the copy that the employer gets."""
