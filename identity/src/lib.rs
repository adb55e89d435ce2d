//! Who is calling: tokens, keys and roles.
