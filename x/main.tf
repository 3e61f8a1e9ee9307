terraform { required_providers { probe = { source = "drform.test/dev/probe", version = ">= 01.2" } } }
