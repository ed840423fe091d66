"""Mappings for data sets that many have: column names and values as their codebooks give them.

UCDP GED codebook 23.1; ACLED codebook, 2023; GTD codebook, 2021. Kinds of attack are told
apart less finely there than here: what does not say is `other`, for a person to tell.
"""

from incidents.importing.mappings import Mapping

_UCDP = Mapping(
    dataset="ucdp",
    columns={
        "origin": "id",
        "date": "date_start",
        "date_to": "date_end",
        "place": "where_coordinates",
        "governorate": "adm_1",
        "latitude": "latitude",
        "longitude": "longitude",
        "summary": "source_headline",
        "source_publisher": "source_office",
    },
    kept=[
        "type_of_violence",
        "side_a",
        "side_b",
        "where_prec",
        "where_description",
        "source_article",
        "deaths_a",
        "deaths_b",
        "deaths_civilians",
        "deaths_unknown",
        "low",
        "best",
        "high",
    ],
    only={"country": ["Iraq"]},
    otherwise={"kind": "other"},
    date_format="iso",
    new_places=True,
    radius_m=25000,
)
_ACLED = Mapping(
    dataset="acled",
    columns={
        "origin": "event_id_cnty",
        "date": "event_date",
        "precision": "time_precision",
        "place": "location",
        "governorate": "admin1",
        "latitude": "latitude",
        "longitude": "longitude",
        "kind": "sub_event_type",
        "summary": "notes",
        "source_publisher": "source",
    },
    kept=["event_type", "actor1", "assoc_actor_1", "actor2", "assoc_actor_2", "fatalities"],
    only={"country": ["Iraq"]},
    values={
        "kind": {
            "Shelling/artillery/missile attack": "rocket_attack",
            "Air/drone strike": "drone_attack",
            "Remote explosive/landmine/IED": "roadside_bomb",
            "Suicide bomb": "bombing",
            "Grenade": "bombing",
            "Attack": "shooting",
            "Abduction/forced disappearance": "abduction",
        },
        "precision": {"1": "day", "2": "week", "3": "month"},
    },
    otherwise={"kind": "other"},
    new_places=True,
    radius_m=10000,
)
_GTD = Mapping(
    dataset="gtd",
    columns={
        "origin": "eventid",
        "year": "iyear",
        "month": "imonth",
        "day": "iday",
        "place": "city",
        "governorate": "provstate",
        "latitude": "latitude",
        "longitude": "longitude",
        "kind": "attacktype1_txt",
        "weapon": "weaptype1_txt",
        "target_kind": "targtype1_txt",
        "target_name": "target1",
        "summary": "summary",
        "source_publisher": "scite1",
    },
    kept=["gname", "corp1", "nkill", "nwound", "success", "claimed", "weapsubtype1_txt", "motive"],
    only={"country_txt": ["Iraq"]},
    values={
        "kind": {
            "Assassination": "assassination",
            "Armed Assault": "shooting",
            "Bombing/Explosion": "bombing",
            "Hostage Taking (Kidnapping)": "abduction",
            "Hostage Taking (Barricade Incident)": "storming",
        },
        "weapon": {"Firearms": "small_arms"},
        "target_kind": {
            "Military": "security_forces",
            "Police": "security_forces",
            "Government (General)": "government",
            "Government (Diplomatic)": "diplomatic",
            "Business": "commercial",
            "Journalists & Media": "journalist",
            "Private Citizens & Property": "civilians",
            "Airports & Aircraft": "civil_airport",
        },
    },
    otherwise={"kind": "other", "weapon": "unknown", "target_kind": "other"},
    new_places=True,
    radius_m=10000,
)
READY_MADE = {"UCDP GED": _UCDP, "ACLED": _ACLED, "GTD": _GTD}
PUBLISHERS = {  # and the title of the data set
    "UCDP GED": ("Uppsala Conflict Data Program", "UCDP Georeferenced Event Dataset"),
    "ACLED": ("Armed Conflict Location & Event Data Project", "ACLED"),
    "GTD": ("START, University of Maryland", "Global Terrorism Database"),
}


def that_fits(header):
    """The name of the ready-made mapping most of whose columns the file has, or None."""
    there = {name.casefold() for name in header}

    def share(name):
        columns = {column.casefold() for column in READY_MADE[name].columns.values()}
        return len(columns & there) / len(columns)

    best = max(READY_MADE, key=share)
    return best if share(best) >= 0.75 else None
