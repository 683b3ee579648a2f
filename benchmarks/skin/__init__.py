"""How true bruises are read: painted ones, in other light, beside what is no bruise."""
