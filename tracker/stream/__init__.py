"""Both ends of the socket `/ws/flights`: its frames, and a client's copy of the fleet."""
