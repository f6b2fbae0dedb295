"""A ceasefire regime with known truth, in columns: ground, weather, incidents, who noticed them.

In: a family of scenarios, a seed, a number of observations or of days. Out: a `world.Theatre`.
Add here: one file a kind of source; a call in `world.make_theatre`; its tables on the page
docs/reference/exercise-world.md.
"""
