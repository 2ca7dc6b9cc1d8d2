"""Values every floor shares: names of rights, parties, legal dates, exact shares. Pure and immutable."""
