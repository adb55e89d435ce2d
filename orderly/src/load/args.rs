use std::path::PathBuf;
use std::time::Duration;

use aggregates::values::Currency;

/// What to load and where to send it.
#[derive(Debug, Clone, clap::Args)]
pub struct LoadArgs {
    /// Order lines as CSV, plain or .gz: order_ref,customer_ref,store_ref,placed_at,product_ref,quantity,unit_price,line_discount and, where wanted, currency,line_total
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Names and categories of products: product_ref,…,category,name
    #[arg(long, value_name = "FILE")]
    pub products: Option<PathBuf>,
    /// What is known of customers: customer_ref and any other columns
    #[arg(long, value_name = "FILE")]
    pub customers: Option<PathBuf>,
    /// The command API
    #[arg(long, env = "ORDERLY_URL", default_value = "http://127.0.0.1:8080", value_name = "URL")]
    pub url: String,
    /// A service token of channel complete-journey; without one, it is made with the key in --data-dir
    #[arg(long, env = "ORDERLY_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub token: Option<String>,
    /// Where `orderly dev` keeps its key of tokens
    #[arg(long, env = "ORDERLY_DATA_DIR", default_value = ".orderly", value_name = "FOLDER")]
    pub data_dir: PathBuf,
    /// Requests at once
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1024), value_name = "N")]
    pub concurrency: u16,
    /// Currency of lines that name none
    #[arg(long, default_value = "USD", value_name = "CODE")]
    pub currency: Currency,
    /// How long a server that is away, or an order that does not move, is waited for
    #[arg(long, default_value_t = 120, value_name = "SECONDS")]
    pub patience_s: u64,
}

impl LoadArgs {
    /// The same as settings, with the token that was found for it.
    pub fn settings(&self, token: String) -> LoadSettings {
        LoadSettings {
            file: self.file.clone(),
            products: self.products.clone(),
            customers: self.customers.clone(),
            url: self.url.clone(),
            token,
            concurrency: self.concurrency.into(),
            currency: self.currency,
            patience: Duration::from_secs(self.patience_s),
            receive: Receive::Everything,
        }
    }
}

/// A load, with all that it needs.
#[derive(Debug, Clone)]
pub struct LoadSettings {
    /// The order lines.
    pub file: PathBuf,
    /// Names and categories of products.
    pub products: Option<PathBuf>,
    /// What is known of customers.
    pub customers: Option<PathBuf>,
    /// The command API.
    pub url: String,
    /// The bearer token.
    pub token: String,
    /// Requests at once.
    pub concurrency: usize,
    /// Currency of lines that name none.
    pub currency: Currency,
    /// How long a server that is away, or an order that does not move, is waited for.
    pub patience: Duration,
    /// How much of the stock that the orders need is received.
    pub receive: Receive,
}

/// How much of the stock that the orders need is received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receive {
    /// All of it.
    Everything,
    /// Nothing for every second order: what a test of shortages needs.
    EveryOtherOrder,
}
