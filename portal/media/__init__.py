"""Pictures and documents of the site: kept in the database, public as soon as a public text refers to them."""
