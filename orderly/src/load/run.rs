use super::client::Client;
use super::input::{Checked, Customers, Faults, Needs, OrderFile, Products, check, needs};
use super::outcome::Refusal;
use super::progress::Progress;
use super::summary::Summary;
use super::things::Sender;
use super::{LoadError, LoadSettings, placing, setup};

/// Everything that is read before anything is sent.
struct Input {
    checked: Checked,
    needs: Needs,
    products: Products,
    customers: Customers,
    faults: Faults,
}

/// Sends a file and waits until each of its orders is over.
///
/// # Errors
/// A file cannot be used (then nothing was sent); the server is away for longer than the load is patient, refuses the token,
/// or its orders do not move.
pub async fn load(settings: &LoadSettings, progress: &Progress) -> Result<Summary, LoadError> {
    let reading = settings.clone();
    let input = tokio::task::spawn_blocking(move || read(&reading)).await.expect("reading neither panics nor is aborted")?;
    for fault in input.faults.shown() {
        eprintln!("{fault}");
    }
    send(settings, input, progress).await
}

/// Reads all files to their ends.
fn read(settings: &LoadSettings) -> Result<Input, LoadError> {
    let mut products = settings.products.as_deref().map(Products::open).transpose()?.unwrap_or_default();
    let mut customers = settings.customers.as_deref().map(Customers::open).transpose()?.unwrap_or_default();
    let mut checked = check(OrderFile::new(&settings.file, settings.currency))?;
    let needs = needs(&checked)?;
    let mut faults = checked.take_faults();
    faults.extend(products.take_faults());
    faults.extend(customers.take_faults());
    Ok(Input { checked, needs, products, customers, faults })
}

async fn send(settings: &LoadSettings, input: Input, progress: &Progress) -> Result<Summary, LoadError> {
    let client = Client::new(&settings.url, &settings.token, settings.patience)?;
    let sender = Sender { client: &client, concurrency: settings.concurrency };
    let refusals = prepare(sender, settings, &input, progress).await?;
    let placed = placing::orders(sender, &input.checked, input.needs.orders, settings.patience, progress).await?;
    Ok(Summary::new(&input.needs, input.checked.left_out(), input.faults, refusals, placed))
}

async fn prepare(sender: Sender<'_>, settings: &LoadSettings, input: &Input, progress: &Progress) -> Result<Vec<Refusal>, LoadError> {
    let mut refusals = setup::warehouses(sender, progress).await?;
    refusals.extend(setup::products(sender, &input.needs, &input.products, progress).await?);
    refusals.extend(setup::customers(sender, &input.needs, &input.customers, progress).await?);
    refusals.extend(setup::stock(sender, &input.checked, &input.needs, settings.receive, progress).await?);
    Ok(refusals)
}
