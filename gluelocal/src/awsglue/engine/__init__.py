"""How a DynamicFrame's operations are made of DataFrame plans; scripts don't import from here."""
