//! How an aggregate's events are declared: once, with the names and versions under which they are stored.

/// Declares an event enum, each variant with its payload, its stored name and its current version. The names are the storage format: written
/// out, never derived. The payload is serialized under its stored name, `{"order.placed": {…}}`, as cqrs-es's stock stores do.
macro_rules! stored_events {
    ($(#[$doc:meta])* $enum:ident: $($(#[$variant_doc:meta])* $variant:ident = $name:literal, version $version:literal;)+) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        pub enum $enum {
            $($(#[$variant_doc])* #[serde(rename = $name)] $variant($variant),)+
        }

        impl $enum {
            /// Every stored name with its current version.
            pub const STORED: &'static [(&'static str, &'static str)] = &[$(($name, $version)),+];

            /// The stored name.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name),+ }
            }
        }

        impl cqrs_es::DomainEvent for $enum {
            fn event_type(&self) -> String {
                self.name().to_owned()
            }

            fn event_version(&self) -> String {
                match self { $(Self::$variant(_) => $version.to_owned()),+ }
            }
        }

        $(impl From<$variant> for $enum {
            fn from(event: $variant) -> Self {
                Self::$variant(event)
            }
        })+
    };
}

pub(crate) use stored_events;
