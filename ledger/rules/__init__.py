"""Floor 3: what is allowed. Commands and decisions come with the rules of each family."""
