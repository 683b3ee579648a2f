"""Whether what is said of a series is true: made series with a known course, and the sentences about them."""
