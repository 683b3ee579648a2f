"""How true bruises are read: painted ones, in other light, beside marks that are no bruises."""
