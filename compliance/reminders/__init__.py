"""What falls due, for whom, and the letters about it: a table of dates that domains tell, and that asks nobody."""
