"""Whether the library's words about a series are true: made series with a known course."""
