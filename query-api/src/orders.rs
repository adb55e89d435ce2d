//! Orders: one in full, or pages of them; each is one row with everything in it.

mod attention;
mod parts;
mod states;

use aggregates::decisions::on_order::Sight;
use aggregates::values::{CustomerId, OrderId, OrderNumber};
use async_graphql::dataloader::DataLoader;
use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use projections::customers::Customers;
use projections::orders::{self, OrderFilter, OrderRow, Orders};

use crate::arguments::{parse, parse_given, text, time};
use crate::customers::{Address, ChannelReference, ChannelReferenceInput, Customer, Tier};
use crate::errors::QueryError;
use crate::hops::CustomerOf;
use crate::money::Money;
use crate::orders::attention::{Alert, ParkedStep};
use crate::orders::parts::{Delivery, EndReason, Line, Payment, Shipment, TimelineEntry};
use crate::orders::states::{FulfillmentStatus, OrderStatus, PaymentStatus};
use crate::page::{self, List, Page};
use crate::position;
use crate::viewer::Viewer;
use crate::whole_number::WholeNumber;

/// An order. Addresses are null for who may not see them.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Order {
    /// Its id.
    id: ID,
    /// Its number for people.
    number: String,
    /// How the sales channel that sent it names it.
    channel_reference: Option<ChannelReference>,
    /// Who ordered.
    customer_id: ID,
    /// Their tier when they ordered.
    tier: Tier,
    /// Where it is in its life.
    status: OrderStatus,
    /// How much of it is paid.
    payment_status: PaymentStatus,
    /// How far it is fulfilled.
    fulfillment_status: FulfillmentStatus,
    /// Why it ended early, in words for the customer.
    reason: Option<EndReason>,
    /// The lines without tax, discounts taken off.
    goods: Money,
    /// The tax on the lines.
    tax: Money,
    /// Shipping without tax.
    shipping: Money,
    /// The tax on shipping.
    shipping_tax: Money,
    /// Goods, tax, shipping and its tax.
    total: Money,
    /// What gateways hold for it and have not taken.
    authorized: Money,
    /// What was taken.
    captured: Money,
    /// When the customer placed it.
    placed_at: DateTime<Utc>,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
    /// When something last happened to it.
    updated_at: DateTime<Utc>,
    /// How it reaches the customer.
    delivery: Delivery,
    /// Where the bill goes.
    billing_address: Option<Address>,
    /// What was ordered.
    lines: Vec<Line>,
    /// Every attempt to pay.
    payments: Vec<Payment>,
    /// Every parcel.
    shipments: Vec<Shipment>,
    /// Steps that wait for an operator, and what stood in the way; for staff. What can be done is what the HTTP API says in `allowed_commands`.
    parked: Vec<ParkedStep>,
    /// Facts that contradict what the order says, such as the arrival of a parcel that was called off: people must see to it; for staff.
    alerts: Vec<Alert>,
    /// What happened, in order.
    timeline: Vec<TimelineEntry>,
    /// What `If-Match` speaks of.
    version: i64,
    #[graphql(skip)]
    customer_key: CustomerId,
}

impl Order {
    /// As this viewer may see it.
    fn shown(row: OrderRow, viewer: Viewer<'_>) -> Self {
        let owner = row.customer_id;
        let currency = row.currency.code();
        let money = |amount| Money::of(amount, currency);
        let channel_reference = row.channel.zip(row.reference);
        Self {
            id: ID::from(row.id),
            number: row.number.to_string(),
            channel_reference: channel_reference.map(|(channel, reference)| ChannelReference { channel, reference }),
            customer_id: ID::from(row.customer_id),
            tier: row.tier.into(),
            status: row.status.into(),
            payment_status: row.payment_status.into(),
            fulfillment_status: row.fulfillment_status.into(),
            reason: row.reason_code.zip(row.reason_message).map(|(code, message)| EndReason { code, message }),
            goods: money(row.goods),
            tax: money(row.tax),
            shipping: money(row.shipping),
            shipping_tax: money(row.shipping_tax),
            total: money(row.total),
            authorized: money(row.authorized),
            captured: money(row.captured),
            placed_at: row.placed_at,
            recorded_at: row.recorded_at,
            updated_at: row.updated_at,
            delivery: Delivery::shown(row.delivery, viewer.sees("Delivery", "address", owner)),
            billing_address: row.billing_address.filter(|_| viewer.sees("Order", "billingAddress", owner)).map(Address::from),
            lines: row.lines.into_iter().map(|line| Line::of(line, currency)).collect(),
            payments: row.payments.into_iter().map(|payment| Payment::of(payment, currency)).collect(),
            shipments: row.shipments.into_iter().map(Shipment::from).collect(),
            parked: row.parked.into_iter().filter(|_| viewer.sees("Order", "parked", owner)).map(ParkedStep::from).collect(),
            alerts: row.alerts.into_iter().filter(|_| viewer.sees("Order", "alerts", owner)).map(Alert::from).collect(),
            timeline: row.timeline.into_iter().map(|entry| TimelineEntry::shown(entry, viewer, owner)).collect(),
            version: row.version,
            customer_key: row.customer_id,
        }
    }
}

#[ComplexObject]
impl Order {
    /// Who ordered.
    async fn customer(&self, context: &Context<'_>) -> Result<Option<Customer>, QueryError> {
        position::reach::<Customers>(context, None).await?;
        let row = context.data_unchecked::<DataLoader<CustomerOf>>().load_one(self.customer_key).await?;
        Ok(row.map(|row| Customer::shown(row, Viewer::of(context))))
    }
}

/// Which orders.
#[derive(InputObject, Default)]
pub(crate) struct OrdersFilter {
    /// Only those in one of these states; an empty list is none of them.
    statuses: Option<Vec<OrderStatus>>,
    /// Only those with this payment status.
    payment_status: Option<PaymentStatus>,
    /// Only those with this fulfillment status.
    fulfillment_status: Option<FulfillmentStatus>,
    /// Only this customer's.
    customer: Option<ID>,
    /// Only those that this sales channel sent.
    channel: Option<String>,
    /// Only those of which a step waits for an operator, or none does. For staff.
    parked: Option<bool>,
    /// Only those of which a fact contradicts what they say, or none does. For staff.
    alerted: Option<bool>,
    /// Only those placed at this time or later.
    placed_from: Option<DateTime<Utc>>,
    /// Only those placed before this time.
    placed_before: Option<DateTime<Utc>>,
}

impl OrdersFilter {
    fn parse(self, context: &Context<'_>, sight: Sight) -> Result<OrderFilter, QueryError> {
        let customer = parse_given::<CustomerId>(self.customer.as_deref().map(String::as_str))?;
        let channel = self.channel.map(|channel| text("channel", channel)).transpose()?;
        for (name, _) in [("parked", self.parked), ("alerted", self.alerted)].into_iter().filter(|(_, asked)| asked.is_some()) {
            Viewer::asking(context, "OrdersFilter", name)?;
        }
        let (customer, channel) = within(sight, customer, channel)?;
        Ok(OrderFilter {
            statuses: self.statuses.map(|statuses| statuses.into_iter().map(Into::into).collect()),
            payment_status: self.payment_status.map(Into::into),
            fulfillment_status: self.fulfillment_status.map(Into::into),
            customer,
            channel,
            parked: self.parked,
            alerted: self.alerted,
            placed_from: self.placed_from.map(|from| time("placedFrom", from)).transpose()?,
            placed_before: self.placed_before.map(|before| time("placedBefore", before)).transpose()?,
        })
    }
}

/// The customer and the channel whose orders are asked for, as far as there are any for who asks.
fn within(sight: Sight, customer: Option<CustomerId>, channel: Option<String>) -> Result<(Option<CustomerId>, Option<String>), QueryError> {
    match sight {
        Sight::All => Ok((customer, channel)),
        Sight::Of(own) if customer.is_none_or(|asked| asked == own) => Ok((Some(own), channel)),
        Sight::Of(_) => Err(QueryError::Forbidden("customers see only their own orders")),
        Sight::OfChannel(own) if channel.as_ref().is_none_or(|asked| *asked == own) => Ok((customer, Some(own))),
        Sight::OfChannel(_) => Err(QueryError::Forbidden("a sales channel sees only its own orders")),
        Sight::Nothing => Err(QueryError::Forbidden("there are no orders for you")),
    }
}

/// See [`Order`].
#[derive(Default)]
pub(crate) struct OrderQueries;

#[Object]
impl OrderQueries {
    /// One order, by exactly one of id, number and channel reference. Customers see their own only, a sales channel its own.
    async fn order(
        &self,
        context: &Context<'_>,
        id: Option<ID>,
        number: Option<String>,
        channel_reference: Option<ChannelReferenceInput>,
        min_position: Option<String>,
    ) -> Result<Option<Order>, QueryError> {
        let (viewer, sight) = Viewer::asking(context, "Query", "order")?;
        let read = position::reach::<Orders>(context, min_position).await?;
        let row = match (id, number, channel_reference) {
            (Some(id), None, None) => orders::by_id(read, parse::<OrderId>(&id)?).await?,
            (None, Some(number), None) => orders::by_number(read, &parse::<OrderNumber>(&number)?).await?,
            (None, None, Some(name)) => orders::by_channel_reference(read, &name.parse()?).await?,
            (_, _, _) => return Err(QueryError::Argument("give exactly one of id, number and channelReference".to_owned())),
        };
        Ok(row.filter(|row| sight.sees(row.customer_id, row.channel.as_deref())).map(|row| Order::shown(row, viewer)))
    }

    /// Orders, the latest placed first. Customers see their own only, a sales channel its own.
    async fn orders(
        &self,
        context: &Context<'_>,
        filter: Option<OrdersFilter>,
        #[graphql(desc = "1 to 200; 20 where nothing is said")] first: Option<i32>,
        after: Option<String>,
        min_position: Option<String>,
    ) -> Result<Page<Order>, QueryError> {
        let (viewer, sight) = Viewer::asking(context, "Query", "orders")?;
        let filter = filter.unwrap_or_default().parse(context, sight)?;
        let read = position::reach::<Orders>(context, min_position).await?;
        let request = page::request(List::ORDERS, first, after)?;
        let found = orders::page(read, &filter, &request).await?;
        Ok(page::page(List::ORDERS, found, &request, |row| Order::shown(row, viewer)))
    }

    /// How many orders there are in each state that has any. Not for customers and sales channels.
    async fn order_counts(&self, context: &Context<'_>, min_position: Option<String>) -> Result<Vec<OrderCount>, QueryError> {
        Viewer::asking(context, "Query", "orderCounts")?;
        let read = position::reach::<Orders>(context, min_position).await?;
        let counts = orders::count_by_status(read).await?;
        Ok(counts.into_iter().map(|(status, count)| OrderCount { status: status.into(), count: count.into() }).collect())
    }
}

/// How many orders are in a state.
#[derive(SimpleObject)]
pub(crate) struct OrderCount {
    /// The state.
    status: OrderStatus,
    /// How many.
    count: WholeNumber,
}
