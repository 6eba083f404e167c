"""Geocoding services of others behind our port, through geopy and one HTTP adapter.

Here belong what each service is asked, what its answers are worth, its pace and its cache. Not
here: the embedded geocoder (`geo.index`). Nothing here is called while a transaction is open.
"""
