//! How an aggregate's events are declared: once, with the names and versions under which they are stored.

use decider::{EventSourced, StoredEvent};
use rust_embed::RustEmbed;
use serde_json::value::RawValue;

#[derive(RustEmbed)]
#[folder = "golden/"]
struct Golden;

/// An aggregate after each of its golden events, in the order of their declaration: between them they fill what its state can hold.
pub(crate) fn golden_states<A: EventSourced>() -> Vec<A> {
    let mut state = A::default();
    let after = |(name, version): &(&'static str, &'static str)| {
        let file = Golden::get(&format!("{name}.v{version}.json"))?;
        let payload: &RawValue = serde_json::from_slice(&file.data).ok()?;
        state.apply(StoredEvent { event_type: name, event_version: version, payload }.decode::<A>().ok()?);
        Some(state.clone())
    };
    A::EVENTS.iter().filter_map(after).collect()
}

/// Declares an event enum, each variant with its payload, its stored name and its current version. The names are the storage format: written
/// out, never derived. The payload is serialized under its stored name, `{"order.placed": {…}}`, as cqrs-es's stock stores do.
///
/// Where there are many, they stand in families: the enum is one of enums, and what is stored stays as flat as without them. An event is read by its
/// name straight into its payload, whichever family it is of: the whole log is read this way, so nothing is tried out and nothing is buffered.
macro_rules! stored_events {
    (
        $(#[$doc:meta])* $enum:ident in families: $(
            $(#[$family_doc:meta])* $family:ident($events:ident) {
                $($(#[$variant_doc:meta])* $variant:ident = $name:literal, version $version:literal;)+
            }
        )+
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        #[serde(untagged)]
        #[allow(clippy::large_enum_variant, reason = "an event is made, written and folded one at a time: boxes would save nothing")]
        pub enum $enum {
            $($(#[$family_doc])* $family($events),)+
        }

        $($crate::stored::stored_events! {
            @variants(serde::Serialize) $(#[$family_doc])* $events: $($(#[$variant_doc])* $variant = $name, version $version;)+
        })+

        impl $enum {
            /// Every stored name with its current version.
            pub const STORED: &'static [(&'static str, &'static str)] = &[$($(($name, $version)),+),+];

            /// The stored name.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$family(event) => event.name()),+ }
            }

            fn version(&self) -> &'static str {
                match self { $(Self::$family(event) => event.version()),+ }
            }
        }

        impl<'de> serde::Deserialize<'de> for $enum {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(serde::Deserialize)]
                #[serde(variant_identifier)]
                enum Stored {
                    $($(#[serde(rename = $name)] $variant,)+)+
                }

                struct ByName;

                impl<'de> serde::de::Visitor<'de> for ByName {
                    type Value = $enum;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an event under its stored name")
                    }

                    fn visit_enum<A: serde::de::EnumAccess<'de>>(self, event: A) -> Result<$enum, A::Error> {
                        let (name, payload) = event.variant::<Stored>()?;
                        match name {
                            $($(Stored::$variant => serde::de::VariantAccess::newtype_variant::<$variant>(payload).map($enum::from),)+)+
                        }
                    }
                }

                deserializer.deserialize_enum(stringify!($enum), &[$($($name),+),+], ByName)
            }
        }

        $crate::stored::stored_events! { @event $enum }

        $($(impl From<$variant> for $enum {
            fn from(event: $variant) -> Self {
                Self::$family($events::$variant(event))
            }
        })+)+
    };
    (@variants($($derive:path),+) $(#[$doc:meta])* $enum:ident: $($(#[$variant_doc:meta])* $variant:ident = $name:literal, version $version:literal;)+) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, $($derive),+)]
        #[allow(clippy::large_enum_variant, reason = "an event is made, written and folded one at a time: boxes would save nothing")]
        pub enum $enum {
            $($(#[$variant_doc])* #[serde(rename = $name)] $variant($variant),)+
        }

        impl $enum {
            /// The stored name.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name),+ }
            }

            fn version(&self) -> &'static str {
                match self { $(Self::$variant(_) => $version),+ }
            }
        }
    };
    (@event $enum:ident) => {
        impl cqrs_es::DomainEvent for $enum {
            fn event_type(&self) -> String {
                self.name().to_owned()
            }

            fn event_version(&self) -> String {
                self.version().to_owned()
            }
        }
    };
    ($(#[$doc:meta])* $enum:ident: $($(#[$variant_doc:meta])* $variant:ident = $name:literal, version $version:literal;)+) => {
        $crate::stored::stored_events! {
            @variants(serde::Serialize, serde::Deserialize) $(#[$doc])* $enum: $($(#[$variant_doc])* $variant = $name, version $version;)+
        }

        impl $enum {
            /// Every stored name with its current version.
            pub const STORED: &'static [(&'static str, &'static str)] = &[$(($name, $version)),+];
        }

        $crate::stored::stored_events! { @event $enum }

        $(impl From<$variant> for $enum {
            fn from(event: $variant) -> Self {
                Self::$variant(event)
            }
        })+
    };
}

pub(crate) use stored_events;

/// Makes a state an aggregate: for cqrs-es, and for the log. Most commands look at several aggregates, which cqrs-es has no word for; they are
/// [`decider::Decision`]s, and what one decided for this aggregate is what `handle` takes and writes.
macro_rules! aggregate {
    ($state:ident, $type:literal, $event:ident, partition: $partition:expr, upcasters: $upcasters:expr) => {
        impl cqrs_es::Aggregate for $state {
            const TYPE: &'static str = $type;
            type Command = Vec<$event>;
            type Event = $event;
            type Error = std::convert::Infallible;
            type Services = ();

            async fn handle(&mut self, decided: Vec<$event>, (): &(), sink: &cqrs_es::event_sink::EventSink<Self>) -> Result<(), Self::Error> {
                for event in decided {
                    sink.write(event, self).await;
                }
                Ok(())
            }

            fn apply(&mut self, event: $event) {
                self.evolve(event);
            }
        }

        impl decider::EventSourced for $state {
            const EVENTS: &'static [(&'static str, &'static str)] = $event::STORED;

            fn upcasters() -> Vec<Box<dyn cqrs_es::persist::EventUpcaster>> {
                $upcasters
            }

            fn golden_states() -> Vec<Self> {
                $crate::stored::golden_states()
            }

            fn partition_key<'a>(aggregate_id: &'a str, event: &'a $event) -> std::borrow::Cow<'a, str> {
                let partition: fn(&'a str, &'a $event) -> std::borrow::Cow<'a, str> = $partition;
                partition(aggregate_id, event)
            }
        }
    };
    ($state:ident, $type:literal, $event:ident, partition: $partition:expr) => {
        $crate::stored::aggregate!($state, $type, $event, partition: $partition, upcasters: vec![]);
    };
    ($state:ident, $type:literal, $event:ident $(, upcasters: $upcasters:expr)?) => {
        $crate::stored::aggregate!(
            $state, $type, $event,
            partition: |aggregate_id, _| std::borrow::Cow::Borrowed(aggregate_id)
            $(, upcasters: $upcasters)?
        );
    };
}

pub(crate) use aggregate;

#[cfg(test)]
#[allow(unreachable_pub, reason = "what the macros declare is public")]
mod tests {
    use cqrs_es::Aggregate;
    use decider::{StoredEvent, Upcast};
    use serde::{Deserialize, Serialize};
    use serde_json::value::RawValue;

    stored_events! {
        /// An event of a meter.
        MeterEvent:
        /// It showed something. Version 1 had no unit, and was always in litres.
        MeterRead = "meter.read", version "2";
    }

    /// See [`MeterEvent::MeterRead`].
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub struct MeterRead {
        value: u32,
        unit: String,
    }

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    struct Meter {
        shown: Vec<(u32, String)>,
    }

    impl Meter {
        fn evolve(&mut self, event: MeterEvent) {
            let MeterEvent::MeterRead(MeterRead { value, unit }) = event;
            self.shown.push((value, unit));
        }
    }

    aggregate!(Meter, "meter", MeterEvent, upcasters: vec![Upcast::boxed("meter.read", "1", "2", |body| body["unit"] = "l".into())]);

    #[test]
    fn an_event_of_an_earlier_version_is_read_as_the_present_one() {
        let mut meter = Meter::default();
        for (event_version, body) in [("1", r#"{"meter.read":{"value":7}}"#), ("2", r#"{"meter.read":{"value":8,"unit":"kWh"}}"#)] {
            let payload: &RawValue = serde_json::from_str(body).unwrap();
            meter.apply(StoredEvent { event_type: "meter.read", event_version, payload }.decode::<Meter>().unwrap());
        }
        assert_eq!(meter.shown, [(7, "l".to_owned()), (8, "kWh".to_owned())]);
    }
}
