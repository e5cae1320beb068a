# People, a permission set, an application: all that Vestibule knows, by the stock AWS provider. With Vestibule running
# (`cargo run`), in this folder:
#
#     eval "$(cargo run --quiet -- admin-key | jq -r '"export AWS_ACCESS_KEY_ID=\(.AccessKeyId) AWS_SECRET_ACCESS_KEY=\(.SecretAccessKey)"')"
#     terraform init
#     terraform apply
#     terraform plan -detailed-exitcode   # no difference: exit code 0
#     terraform destroy

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

variable "vestibule_url" {
  description = "Where Vestibule is reached."
  type        = string
  default     = "http://localhost:8080"
}

variable "account" {
  description = "The account that the group enters."
  type        = string
}

provider "aws" {
  region                      = "us-east-1"
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
  skip_credentials_validation = true

  endpoints {
    identitystore = var.vestibule_url
    ssoadmin      = var.vestibule_url
    sts           = var.vestibule_url
  }
}

data "aws_ssoadmin_instances" "this" {}

locals {
  instance       = data.aws_ssoadmin_instances.this.arns[0]
  identity_store = data.aws_ssoadmin_instances.this.identity_store_ids[0]
}

resource "aws_identitystore_user" "ada" {
  identity_store_id = local.identity_store
  user_name         = "ada.terraform"
  display_name      = "Ada Terraform"

  name {
    given_name  = "Ada"
    family_name = "Terraform"
  }

  emails {
    value   = "ada.terraform@example.com"
    primary = true
  }
}

resource "aws_identitystore_group" "platform" {
  identity_store_id = local.identity_store
  display_name      = "Platform (Terraform)"
  description       = "Whoever runs the platform"
}

resource "aws_identitystore_group_membership" "ada" {
  identity_store_id = local.identity_store
  group_id          = aws_identitystore_group.platform.group_id
  member_id         = aws_identitystore_user.ada.user_id
}

resource "aws_ssoadmin_permission_set" "platform" {
  instance_arn     = local.instance
  name             = "TerraformPlatform"
  session_duration = "PT8H"
  tags             = { team = "platform" }
}

resource "aws_ssoadmin_managed_policy_attachment" "read_only" {
  instance_arn       = local.instance
  permission_set_arn = aws_ssoadmin_permission_set.platform.arn
  managed_policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_ssoadmin_account_assignment" "platform" {
  instance_arn       = local.instance
  permission_set_arn = aws_ssoadmin_permission_set.platform.arn
  principal_type     = "GROUP"
  principal_id       = aws_identitystore_group.platform.group_id
  target_type        = "AWS_ACCOUNT"
  target_id          = var.account
}

resource "aws_ssoadmin_application" "dashboard" {
  instance_arn             = local.instance
  name                     = "Dashboard (Terraform)"
  application_provider_arn = "arn:aws:sso::aws:applicationProvider/custom"

  portal_options {
    visibility = "ENABLED"
    sign_in_options {
      origin          = "APPLICATION"
      application_url = "https://dashboard.example.com/"
    }
  }
}

resource "aws_ssoadmin_application_assignment" "platform" {
  application_arn = aws_ssoadmin_application.dashboard.arn
  principal_type  = "GROUP"
  principal_id    = aws_identitystore_group.platform.group_id
}
