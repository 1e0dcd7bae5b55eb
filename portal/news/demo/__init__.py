"""A living site for the made-up district: news, notices, pages and promotion projects, with pictures of our own."""
