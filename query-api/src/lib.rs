//! GraphQL out: queries over the read models.
