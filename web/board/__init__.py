"""The dashboard of unions: pages for chairs and officers, made on the server, read without JavaScript."""
