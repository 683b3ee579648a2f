"""The same faces photographed again and again: how readings scatter from day to day, and series of them."""
