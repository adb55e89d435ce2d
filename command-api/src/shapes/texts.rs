use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Declares the schema of a text: its name in the document, its format (which [`super::formats`] checks), its length in characters, an example.
macro_rules! text_shapes {
    ($($(#[doc = $doc:literal])+ $shape:ident = $name:literal, $format:literal, $least:literal..=$most:literal, $example:literal;)+) => {
        $(
            $(#[doc = $doc])+
            pub(crate) struct $shape;

            impl PartialSchema for $shape {
                fn schema() -> RefOr<Schema> {
                    text($format, ($least, $most), concat!($($doc),+), $example)
                }
            }

            impl ToSchema for $shape {
                fn name() -> std::borrow::Cow<'static, str> {
                    $name.into()
                }
            }
        )+
    };
}

fn text(format: &str, (least, most): (usize, usize), description: &str, example: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .format(Some(SchemaFormat::Custom(format.to_owned())))
        .min_length(Some(least))
        .max_length(Some(most))
        .description(Some(description.trim()))
        .examples([example])
        .into()
}

text_shapes! {
    /// The id of an order, a customer, a payment or a shipment: a UUID.
    IdShape = "Id", "uuid", 36..=36, "0192f0c1-7d52-7c3a-9f4e-6a2b1c0d9e8f";
    /// A stock keeping unit, the name of a product: printable ASCII without space or '/'.
    SkuShape = "Sku", "sku", 1..=64, "A-17";
    /// The short name of a warehouse: printable ASCII without space or '/'.
    WarehouseCodeShape = "WarehouseCode", "warehouse-code", 1..=32, "berlin";
    /// An ISO 4217 code of a currency with 0, 2 or 3 digits.
    CurrencyShape = "Currency", "currency", 3..=3, "EUR";
    /// A decimal number as a text, so that no reader rounds it.
    AmountShape = "Amount", "amount", 1..=20, "10.00";
    /// A name for people, in any script.
    NameShape = "Name", "plain-text", 1..=200, "Teapot, blue";
    /// A product's category.
    CategoryShape = "Category", "plain-text", 1..=200, "kitchen";
    /// The name of a person, in any script.
    PersonNameShape = "PersonName", "person-name", 1..=200, "Ada Lovelace";
    /// An e-mail address.
    EmailShape = "EmailAddress", "email-address", 3..=254, "ada@example.org";
    /// A phone number: 4 to 15 digits with an optional leading '+' and ' -()./' between them.
    PhoneShape = "PhoneNumber", "phone-number", 4..=40, "+49 30 1234567";
    /// A postal code as its country writes it; empty where it has none.
    PostalCodeShape = "PostalCode", "line", 0..=20, "10115";
    /// An ISO 3166-1 alpha-2 code.
    CountryShape = "Country", "country", 2..=2, "DE";
    /// When something happened, as RFC 3339 has it: from 1970 on, and not in the future.
    TimeShape = "Time", "instant", 20..=40, "2026-11-20T14:05:00Z";
    /// A place in the log, as an answer gave it.
    PositionShape = "Position", "position", 3..=39, "1-1204881";
    /// How the caller's sales channel names something of its own, unique for ever within the channel. Never an e-mail address: it stands in the log in clear.
    ChannelReferenceShape = "ChannelReference", "reference", 1..=100, "order-4711";
    /// What a lookup asks for: a channel's reference, an id, a SKU, a code, or 'warehouse/sku/document'.
    ReferenceShape = "Reference", "plain-text", 1..=300, "order-4711";
    /// The document that reports something: reported twice, it happened once.
    DocumentShape = "Document", "reference", 1..=100, "receipt-2026-001";
    /// How the gateway names the method that it keeps for the customer: letters, digits, '_', '-', '.' and ':'. Never what pays by itself: a card's number or a one-time
    /// token ('tok_…') would stand in the log.
    MethodShape = "PaymentMethod", "payment-method", 1..=200, "card_visa";
    /// Something else that a channel knows of a customer.
    AttributeShape = "Attribute", "line", 0..=200, "35-44";
}
