//! The table of rights, as the domain names who may send what.

use identity::{Caller, Reach, Right, Role};

fn caller(role: Role, subject: &str) -> Caller {
    Caller { subject: subject.to_owned(), role, channel: None }
}

fn with(right: Right) -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| role.may(right)).collect()
}

#[test]
fn each_right_is_with_whom_the_domain_names() {
    use Role::{Admin, Auditor, Customer, Operator, Service};
    assert_eq!(with(Right::PlaceOrder), [Customer, Operator, Service, Admin]);
    assert_eq!(with(Right::PlaceAtOwnPrices), [Service, Admin]);
    assert_eq!(with(Right::CancelOrder), [Customer, Operator, Admin]);
    assert_eq!(with(Right::ReadOrder), [Customer, Operator, Auditor, Service, Admin]);
    assert_eq!(with(Right::ReadPersonalData), [Customer, Operator, Admin]);
    assert_eq!(with(Right::ManageCatalog), [Operator, Service, Admin]);
    assert_eq!(with(Right::ManageStock), [Operator, Service, Admin]);
    assert_eq!(with(Right::ManageCustomers), [Operator, Service, Admin]);
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
fn a_customer_has_nothing_beyond_its_own_things() {
    for right in Right::ALL {
        assert!(Role::Customer.reach(right) <= Reach::Own, "{right:?}");
        assert!(!caller(Role::Customer, "anna").may_act_for(right, "ben"), "{right:?}");
    }
    assert!(caller(Role::Customer, "anna").may_act_for(Right::CancelOrder, "anna"));
    assert!(!caller(Role::Customer, "anna").may_act_for(Right::Fulfill, "anna"));
}

#[test]
fn an_auditor_only_reads() {
    let held: Vec<_> = Right::ALL.into_iter().filter(|right| Role::Auditor.may(*right)).collect();
    assert_eq!(held, [Right::ReadOrder, Right::ReadAll]);
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
