use std::path::Path;

use identity::Caller;

use super::client::Client;
use super::input::{Checked, Customers, Faults, Needs, OrderFile, Products, check, check_header, check_readable, needs};
use super::outcome::Refusal;
use super::progress::Progress;
use super::summary::Summary;
use super::things::Sender;
use super::{CHANNEL, GRANTS, LoadError, LoadSettings, placing, setup};

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

/// Whether the files are there and begin as they should: what can be told before a server runs.
///
/// # Errors
/// One of them cannot be used.
pub fn check_files(orders: &Path, products: Option<&Path>, customers: Option<&Path>) -> Result<(), LoadError> {
    check_header(orders)?;
    Ok([products, customers].into_iter().flatten().try_for_each(check_readable)?)
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
    speaks_for_the_channel(&settings.token)?;
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

/// Somebody else might be allowed to open warehouses and not to place the orders: nothing is sent for it at all. What the token says is
/// not proven here; one that can't be read is left to the server, which refuses the first question.
fn speaks_for_the_channel(token: &str) -> Result<(), LoadError> {
    let Some(caller) = Caller::claimed_by(token) else { return Ok(()) };
    if caller.channel.as_deref() == Some(CHANNEL) && caller.may_speak_for(CHANNEL) {
        return has_what_a_load_needs(&caller);
    }
    let channel = caller.channel.map_or_else(|| "no channel".to_owned(), |channel| format!("channel {channel}"));
    Err(LoadError::NotAllowed { detail: format!("it is of role {} and speaks for {channel}", caller.role) })
}

fn has_what_a_load_needs(caller: &Caller) -> Result<(), LoadError> {
    let lacking: Vec<_> =
        GRANTS.iter().filter(|grant| !grant.gives().iter().all(|right| caller.may(*right))).map(|grant| grant.as_str()).collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let flags: Vec<_> = lacking.iter().map(|grant| format!("--grant {grant}")).collect();
    Err(LoadError::NotAllowed { detail: format!("it lacks the grants to add what orders need: make it with {}", flags.join(" ")) })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use identity::{Authenticator, Grant, Role, TokenKey, TokenRequest};

    use super::*;

    fn token(role: Role, channel: Option<&str>, grants: &[Grant]) -> String {
        let authenticator = Authenticator::with_key(&TokenKey::generate(), "orderly", "orderly");
        let (channel, grants) = (channel.map(str::to_owned), grants.to_vec());
        let request = TokenRequest { subject: "somebody".to_owned(), role, channel, grants, lifetime: Duration::from_secs(60) };
        authenticator.mint(&request).unwrap()
    }

    #[test]
    fn only_who_speaks_for_the_channel_may_load() {
        assert!(speaks_for_the_channel(&token(Role::Service, Some(CHANNEL), &GRANTS)).is_ok());
        assert!(speaks_for_the_channel(&token(Role::Admin, Some(CHANNEL), &[])).is_ok());
        assert!(speaks_for_the_channel("no token at all").is_ok(), "the server refuses it");
        for (role, channel) in
            [(Role::Operator, None), (Role::Service, Some("another")), (Role::Admin, None), (Role::Operator, Some(CHANNEL))]
        {
            let refused = speaks_for_the_channel(&token(role, channel, &[])).unwrap_err();
            assert!(matches!(refused, LoadError::NotAllowed { .. }), "{refused}");
        }
        let lacking = speaks_for_the_channel(&token(Role::Service, Some(CHANNEL), &[Grant::Stock])).unwrap_err().to_string();
        assert!(lacking.contains("--grant catalog --grant warehouses"), "{lacking}");
    }
}
