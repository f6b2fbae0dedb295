"""Documents of places: the line of each day, power plants, towns. All three are invented."""

from __future__ import annotations

import json
from collections.abc import Iterator

import shapely

from truceline.records.units import DAY_US, day_of
from truceline.simulate.documents import Document, Row, columns
from truceline.simulate.land import Plants, Towns
from truceline.simulate.world import World

PLANT_COLUMNS = columns(
    "country,country_long,name,gppd_idnr,capacity_mw,latitude,longitude,primary_fuel,"
    "other_fuel1,other_fuel2,other_fuel3,commissioning_year,owner,source,url,"
    "geolocation_source,wepp_id,year_of_capacity_data,generation_gwh_2013,"
    "generation_gwh_2014,generation_gwh_2015,generation_gwh_2016,generation_gwh_2017,"
    "estimated_generation_gwh"
)
TOWN_COLUMNS = columns("name,longitude,latitude,population,capital")


def line_documents(world: World) -> Iterator[Document]:
    """Write the land east of the line, one file a day, as its provider does."""
    for day in range(world.days):
        name = f"deepstatemap_data_{day_of(world.start_us + day * DAY_US):%Y%m%d}"
        held = shapely.set_precision(world.line.held(world.land, day), 1e-6)
        parts = [part for part in getattr(held, "geoms", [held]) if part.geom_type == "Polygon"]
        rings = [
            [
                [[round(x, 6), round(y, 6)] for x, y in ring.coords]
                for ring in (part.exterior, *part.interiors)
            ]
            for part in parts
        ]
        feature = {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "MultiPolygon", "coordinates": rings},
        }
        head = json.dumps({"type": "FeatureCollection", "name": name})[:-1]
        text = f'{head},\n"features": [\n{json.dumps(feature)}\n]\n}}\n'
        yield Document(name=f"control_lines/{name}.geojson", text=text)


def plants_document(plants: Plants) -> Document:
    """Write the power plants in the layout of the Global Power Plant Database."""
    rows = []
    for index, plant in enumerate(plants.ids):
        longitude, latitude = plants.places[index].tolist()
        cells = {
            "country": "UKR",
            "country_long": "Ukraine",
            "name": f"Invented power plant {index + 1:02}",
            "gppd_idnr": plant,
            "capacity_mw": f"{plants.capacity_mw[index]:.1f}",
            "latitude": f"{latitude:.4f}",
            "longitude": f"{longitude:.4f}",
            "primary_fuel": plants.fuels[index],
            "source": "exercise",
        }
        rows.append(Row(fields=tuple(cells.get(column, "") for column in PLANT_COLUMNS)))
    name = "protected_objects/gppd_geodb_ukraine.csv"
    return Document(name=name, header=PLANT_COLUMNS, rows=tuple(rows))


def towns_document(towns: Towns) -> Document:
    """Write the towns in the layout of the list of populated places."""
    rows = tuple(
        Row(fields=(name, f"{x:.5f}", f"{y:.5f}", str(people), "False"))
        for name, (x, y), people in zip(
            towns.names, towns.places.tolist(), towns.population.tolist(), strict=True
        )
    )
    return Document(name="admin/geonames_ua_populated_places.csv", header=TOWN_COLUMNS, rows=rows)
