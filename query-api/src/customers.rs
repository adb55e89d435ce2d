//! Customers. What is personal is null for who may not see it.

use aggregates::decisions::on_order::Sight;
use aggregates::values::{Address as PostalAddress, ChannelReference as ChannelName, CustomerId};
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use projections::customers::{self, CustomerFilter, CustomerRow, Customers};

use crate::arguments::{parse, text};
use crate::errors::QueryError;
use crate::page::{self, List, Page};
use crate::position;
use crate::viewer::Viewer;

/// Somebody who orders. Name, e-mail, phone, address and attributes are null for who may not see them.
#[derive(SimpleObject)]
pub(crate) struct Customer {
    /// Its id.
    id: ID,
    /// How the sales channel that registered them names them.
    channel_reference: Option<ChannelReference>,
    /// What they get off.
    tier: Tier,
    /// Whether they may order.
    status: CustomerStatus,
    /// Why they may not; for staff.
    suspension_reason: Option<String>,
    /// Their name.
    name: Option<String>,
    /// Their e-mail address.
    email: Option<String>,
    /// Their phone number.
    phone: Option<String>,
    /// Their address.
    address: Option<Address>,
    /// What else the channel knows of them.
    attributes: Option<Vec<Attribute>>,
    /// When they were registered.
    registered_at: DateTime<Utc>,
    /// When the row last changed.
    updated_at: DateTime<Utc>,
    /// What `If-Match` speaks of.
    version: i64,
}

impl Customer {
    /// As this viewer may see it.
    pub(crate) fn shown(row: CustomerRow, viewer: Viewer<'_>) -> Self {
        let owner = row.id;
        let sees = |name| viewer.sees("Customer", name, owner);
        let channel_reference = row.channel.zip(row.reference);
        Self {
            id: ID::from(row.id),
            channel_reference: channel_reference.map(|(channel, reference)| ChannelReference { channel, reference }),
            tier: row.tier.into(),
            status: row.status.into(),
            suspension_reason: row.suspension_reason.filter(|_| sees("suspensionReason")),
            name: row.name.filter(|_| sees("name")).map(String::from),
            email: row.email.filter(|_| sees("email")).map(String::from),
            phone: row.phone.filter(|_| sees("phone")).map(String::from),
            address: row.address.filter(|_| sees("address")).map(Address::from),
            attributes: row.attributes.filter(|_| sees("attributes")).map(|all| all.into_iter().map(Attribute::from).collect()),
            registered_at: row.registered_at,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}

/// How a sales channel names something of its own.
#[derive(SimpleObject)]
pub(crate) struct ChannelReference {
    /// The channel, such as `marketplace-de`.
    pub(crate) channel: String,
    /// Its own reference.
    pub(crate) reference: String,
}

/// The same, asked for.
#[derive(InputObject)]
pub(crate) struct ChannelReferenceInput {
    /// The channel, such as `marketplace-de`.
    channel: String,
    /// Its own reference.
    reference: String,
}

impl ChannelReferenceInput {
    pub(crate) fn parse(self) -> Result<ChannelName, QueryError> {
        ChannelName::new(self.channel, self.reference).map_err(|problem| QueryError::Argument(problem.to_string()))
    }
}

/// Something that a channel knows of a customer.
#[derive(SimpleObject)]
pub(crate) struct Attribute {
    /// What.
    name: String,
    /// Its value.
    value: String,
}

impl From<(String, String)> for Attribute {
    fn from((name, value): (String, String)) -> Self {
        Self { name, value }
    }
}

/// Where something is sent.
#[derive(SimpleObject)]
pub(crate) struct Address {
    /// Who receives it.
    name: String,
    /// Street, house, floor.
    street: Vec<String>,
    /// As the country writes it; empty where it has none.
    postal_code: String,
    /// The town.
    city: String,
    /// ISO 3166-1 alpha-2.
    country: String,
}

impl From<PostalAddress> for Address {
    fn from(address: PostalAddress) -> Self {
        Self {
            name: address.name.into(),
            street: address.street.into_iter().map(String::from).collect(),
            postal_code: address.postal_code,
            city: address.city.into(),
            country: address.country.to_string(),
        }
    }
}

/// A customer's tier: what it takes off.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "aggregates::values::Tier")]
pub(crate) enum Tier {
    /// 0 %.
    Bronze,
    /// 5 %.
    Silver,
    /// 10 %.
    Gold,
    /// 15 %.
    Platinum,
}

/// Whether a customer may order.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "projections::customers::CustomerStatus")]
pub(crate) enum CustomerStatus {
    /// May order.
    Active,
    /// May not for now.
    Suspended,
}

/// Which customers.
#[derive(InputObject, Default)]
pub(crate) struct CustomersFilter {
    /// Only those of this tier.
    tier: Option<Tier>,
    /// Only those in this state.
    status: Option<CustomerStatus>,
}

/// See [`Customer`].
#[derive(Default)]
pub(crate) struct CustomerQueries;

#[Object]
impl CustomerQueries {
    /// One customer, by exactly one of id, channel reference and e-mail address. Customers see themselves only, a sales channel its own; a search
    /// by e-mail address is for who may see everybody's.
    async fn customer(
        &self,
        context: &Context<'_>,
        id: Option<ID>,
        channel_reference: Option<ChannelReferenceInput>,
        email: Option<String>,
        min_position: Option<String>,
    ) -> Result<Option<Customer>, QueryError> {
        let (viewer, sight) = Viewer::asking(context, "Query", "customer")?;
        let read = position::reach::<Customers>(context, min_position).await?;
        let row = match (id, channel_reference, email) {
            (Some(id), None, None) => customers::by_id(read, parse::<CustomerId>(&id)?).await?,
            (None, Some(name), None) => customers::by_channel_reference(read, &name.parse()?).await?,
            (None, None, Some(email)) => {
                viewer.must_see_everybodys_personal_data()?;
                customers::by_email(read, &text("email", email)?).await?
            }
            (_, _, _) => return Err(QueryError::Argument("give exactly one of id, channelReference and email".to_owned())),
        };
        Ok(row.filter(|row| sight.sees(row.id, row.channel.as_deref())).map(|row| Customer::shown(row, viewer)))
    }

    /// Customers in the order of their ids; a sales channel sees its own. Not for customers.
    async fn customers(
        &self,
        context: &Context<'_>,
        filter: Option<CustomersFilter>,
        #[graphql(desc = "1 to 200; 20 where nothing is said")] first: Option<i32>,
        after: Option<String>,
        min_position: Option<String>,
    ) -> Result<Page<Customer>, QueryError> {
        let (viewer, sight) = Viewer::asking(context, "Query", "customers")?;
        let read = position::reach::<Customers>(context, min_position).await?;
        let filter = filter.unwrap_or_default();
        let channel = match sight {
            Sight::OfChannel(channel) => Some(channel),
            Sight::All | Sight::Of(_) | Sight::Nothing => None,
        };
        let filter = CustomerFilter { tier: filter.tier.map(Into::into), status: filter.status.map(Into::into), channel };
        let request = page::request(List::CUSTOMERS, first, after)?;
        let found = customers::page(read, &filter, &request).await?;
        Ok(page::page(List::CUSTOMERS, found, &request, |row| Customer::shown(row, viewer)))
    }
}
