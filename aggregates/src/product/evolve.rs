use super::{Price, Product, ProductEvent, ProductStatus, Weight};

impl Product {
    pub(super) fn evolve(&mut self, event: ProductEvent) {
        match event {
            ProductEvent::ProductAdded(added) => *self = Self { status: ProductStatus::Draft, added: Some(added), ..Self::default() },
            ProductEvent::ProductPriced(priced) => {
                let current = priced.price;
                let price = self.prices.entry(current.currency().code().to_owned()).or_insert(Price { first: current, current });
                price.current = current;
            }
            ProductEvent::ProductWeighed(weighed) => {
                let current = weighed.weight_grams;
                self.weight_grams.get_or_insert(Weight { first: current, current }).current = current;
            }
            ProductEvent::ProductActivated(_) => self.status = ProductStatus::Active,
            ProductEvent::ProductPaused(_) => self.status = ProductStatus::Paused,
            ProductEvent::ProductDiscontinued(_) => self.status = ProductStatus::Discontinued,
        }
    }
}
