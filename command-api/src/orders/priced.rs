use std::collections::HashMap;

use aggregates::customer::Customer;
use aggregates::decisions::placing::{PlacingRefusal, listed_price};
use aggregates::order::OrderedLine;
use aggregates::pricing::{PriceList, PricedItem, ShipTo, quote};
use aggregates::product::Product;
use aggregates::values::{Currency, CustomerId, Money, Sku, Tier};

use super::own_prices;
use super::request::{DeliveryRequest, LineRequest, PlaceOrderRequest};
use crate::input::Fields;
use crate::problem::Problem;
use crate::state::ApiState;

/// What an order costs, wherever its prices come from.
pub(super) struct Priced {
    /// The tier that the prices were made for; none at a channel's own prices.
    pub(super) tier: Option<Tier>,
    pub(super) lines: Vec<OrderedLine>,
    pub(super) shipping: Money,
    pub(super) shipping_tax: Money,
}

/// Prices an order: at the channel's own prices if it gave any, else by the list.
pub(super) async fn priced(
    state: &ApiState,
    customer: CustomerId,
    request: &PlaceOrderRequest,
    products: &HashMap<Sku, Product>,
) -> Result<Result<Priced, PlacingRefusal>, Problem> {
    if request.has_own_prices() {
        return at_own_prices(request, products).map(Ok);
    }
    let tier = state.store().load::<Customer>(&customer.to_string()).await?.state.tier();
    Ok(by_list(tier, request, products))
}

/// An order that is not sold, as far as the request itself says: at no prices, if they were to be the list's.
pub(super) fn unpriced(request: &PlaceOrderRequest) -> Result<Priced, Problem> {
    if request.has_own_prices() {
        return at_own_prices(request, &HashMap::new());
    }
    let zero = Money::zero(request.currency);
    let lines = request.lines.iter().enumerate().map(|(index, line)| own_prices::line(index, line, None, zero)).collect();
    Ok(Priced { tier: Some(Tier::default()), lines, shipping: zero, shipping_tax: zero })
}

fn at_own_prices(request: &PlaceOrderRequest, products: &HashMap<Sku, Product>) -> Result<Priced, Problem> {
    let mut fields = Fields::default();
    let lines = own_prices::lines(request, products, &mut fields);
    let zero = Money::zero(request.currency);
    let lines = fields.finish(lines)?;
    Ok(Priced { tier: None, lines, shipping: request.shipping.unwrap_or(zero), shipping_tax: request.shipping_tax.unwrap_or(zero) })
}

/// The prices of the list for a customer of this tier.
fn by_list(tier: Tier, request: &PlaceOrderRequest, products: &HashMap<Sku, Product>) -> Result<Priced, PlacingRefusal> {
    let list = PriceList::standard(request.currency);
    let items = request.lines.iter().enumerate().map(|(index, line)| item(index, line, request.currency, &products[&line.sku]));
    let items: Vec<PricedItem> = items.collect::<Result<_, _>>()?;
    let quote = quote(&list, tier, &items, ship_to(&request.delivery).as_ref())
        .map_err(|error| PlacingRefusal::AmountOutOfBounds { field: error.what.to_owned() })?;
    Ok(Priced { tier: Some(tier), lines: quote.lines, shipping: quote.shipping, shipping_tax: quote.shipping_tax })
}

fn item(index: usize, line: &LineRequest, currency: Currency, product: &Product) -> Result<PricedItem, PlacingRefusal> {
    Ok(PricedItem {
        line: own_prices::number(index),
        sku: line.sku.clone(),
        name: product.name().unwrap_or_default().to_owned(),
        category: product.category().unwrap_or_default().to_owned(),
        weight_grams: product.weight_grams(),
        quantity: line.quantity,
        unit_price: listed_price(&line.sku, product, currency)?,
    })
}

fn ship_to(delivery: &DeliveryRequest) -> Option<ShipTo> {
    match delivery {
        DeliveryRequest::Ship { address } => Some(ShipTo { country: address.country, postal_code: address.postal_code.clone() }),
        DeliveryRequest::Pickup { .. } | DeliveryRequest::None {} => None,
    }
}
