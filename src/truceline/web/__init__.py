"""The console in the browser: a thin door that shows what a mission holds, on loopback.

In: a mission (`mission.Mission`). Out: JSON, GeoJSON and one page without foreign requests.
Add here: an endpoint in `app.py`, and one module of the page in `static/` for its subject.
"""
