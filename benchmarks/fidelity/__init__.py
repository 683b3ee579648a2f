"""How much of a known asymmetry each method reads, and how sure it is."""
