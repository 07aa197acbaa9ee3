"""Choosing the best plan from the candidates, with proof."""
