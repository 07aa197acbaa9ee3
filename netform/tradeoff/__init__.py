"""What arguing with a plan comes to: fronts of two axes, alternatives, borders, and what rules cost.

Values and how they are gathered; the searches behind them are in `netform.solve`.
"""
