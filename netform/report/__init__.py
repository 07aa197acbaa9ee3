"""A plan for people: the page (`netform.report.page`) and the summary for a terminal (`netform.report.text`).

The page needs jinja2 and shapely; the summary needs neither, so the two are imported apart.
"""
