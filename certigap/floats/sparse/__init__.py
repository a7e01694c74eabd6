"""Array games in floats and in bounded integers: sweeps over their compressed rows, and the solvers made of them."""
