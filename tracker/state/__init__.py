"""What a tracker holds: the window, the fleet, and the store that guards both."""
