//! The table of rights, as the domain names who may send what.

use identity::{Caller, FIELDS, Grant, Reach, Right, Role, Who, field};

fn caller(role: Role, subject: &str) -> Caller {
    Caller { subject: subject.to_owned(), role, channel: None, grants: Vec::new() }
}

fn with(right: Right) -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| role.may(right)).collect()
}

#[test]
fn each_right_is_with_whom_the_domain_names() {
    use Role::{Admin, Auditor, Customer, Operator, Service};
    assert_eq!(with(Right::PlaceOrder), [Customer, Operator, Service, Admin]);
    assert_eq!(with(Right::PlaceAtOwnPrices), [Service, Admin]);
    assert_eq!(with(Right::CancelOrder), [Customer, Operator, Service, Admin]);
    assert_eq!(with(Right::ReadOrder), [Customer, Operator, Auditor, Service, Admin]);
    assert_eq!(with(Right::ReadPersonalData), [Customer, Operator, Admin]);
    assert_eq!(with(Right::ReadCustomer), [Customer, Operator, Auditor, Service, Admin]);
    assert_eq!(with(Right::RegisterCustomer), [Operator, Service, Admin]);
    for right in [Right::ManageCatalog, Right::ManageWarehouses, Right::ManageStock, Right::ManageCustomers] {
        assert_eq!(with(right), [Operator, Admin], "{right:?}");
    }
    assert_eq!(with(Right::Fulfill), [Operator, Admin]);
    assert_eq!(with(Right::Operate), [Operator, Admin]);
    assert_eq!(with(Right::ReadAll), [Operator, Auditor, Admin]);
    assert_eq!(with(Right::Administer), [Admin]);
}

#[test]
fn nobody_has_more_than_the_admin_and_the_admin_has_everything() {
    for right in Right::ALL {
        assert_eq!(Role::Admin.reach(right), Reach::Everything, "{right:?}");
    }
}

#[test]
fn a_customer_and_a_service_have_nothing_beyond_their_own_things() {
    for right in Right::ALL {
        assert!(Role::Customer.reach(right) <= Reach::Own, "{right:?}");
        assert!(Role::Service.reach(right) <= Reach::Own, "{right:?}");
    }
}

#[test]
fn what_a_service_is_granted_it_has_over_everything_and_nobody_else_is_granted_anything() {
    for grant in Grant::ALL {
        let erp = Caller { grants: vec![grant], ..caller(Role::Service, "erp") };
        for right in Right::ALL {
            let expected = if grant.gives().contains(&right) { Reach::Everything } else { Role::Service.reach(right) };
            assert_eq!(erp.reach(right), expected, "{grant} {right:?}");
        }
        for role in [Role::Customer, Role::Operator, Role::Auditor, Role::Admin] {
            let claims = Caller { grants: vec![grant], ..caller(role, "x") };
            assert!(Right::ALL.iter().all(|right| claims.reach(*right) == role.reach(*right)), "{grant} {role}");
        }
        assert_eq!(serde_json::to_value(grant).unwrap(), grant.as_str());
    }
}

#[test]
fn who_may_ask_may_as_far_as_the_furthest_of_the_rights() {
    let erp = Caller { grants: vec![Grant::Stock], ..caller(Role::Service, "erp") };
    let stock = Who::Having(&[Right::ReadAll, Right::ManageStock]);
    assert_eq!((stock.reach(&erp), stock.reach_of(Role::Service)), (Reach::Everything, Reach::Nothing));
    assert_eq!(Who::Having(&[Right::ReadOrder]).reach(&erp), Reach::Own);
    assert!(Who::Everybody.admits(&erp) && !Who::Signed.admits(&erp));
}

#[test]
fn each_field_has_one_line() {
    for line in FIELDS {
        assert!(std::ptr::eq(field(line.of, line.name).unwrap(), line), "{}.{} has two", line.of, line.name);
    }
}

#[test]
fn an_auditor_only_reads() {
    let held: Vec<_> = Right::ALL.into_iter().filter(|right| Role::Auditor.may(*right)).collect();
    assert_eq!(held, [Right::ReadOrder, Right::ReadCustomer, Right::ReadAll]);
}

#[test]
fn a_service_speaks_for_its_own_channel_only() {
    let web = Caller { channel: Some("web".to_owned()), ..caller(Role::Service, "shop") };
    assert!(web.may_speak_for("web") && !web.may_speak_for("market"));
    assert!(!caller(Role::Service, "web").may_speak_for("web"), "a name is not a channel");
    for role in [Role::Customer, Role::Operator, Role::Auditor] {
        assert!(!Caller { channel: Some("web".to_owned()), ..caller(role, "x") }.may_speak_for("web"), "{role}");
    }
    assert!(caller(Role::Admin, "root").may_speak_for("web"));
}

#[test]
fn roles_are_read_as_they_are_written() {
    for role in Role::ALL {
        assert_eq!(role.to_string().parse(), Ok(role));
        assert_eq!(clap::ValueEnum::to_possible_value(&role).unwrap().get_name(), role.as_str());
        assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
    }
    assert_eq!("root".parse::<Role>().unwrap_err().to_string(), "\"root\" is not a role: customer, operator, auditor, service, admin");
    assert_eq!(caller(Role::Customer, "0192").actor(), "customer:0192");
}
