"""Records the answers of Terraform: python3 record.py [CASE...], with terraform 1.11.4 on PATH. Needs no network."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

OUT = os.path.dirname(os.path.abspath(__file__))
WORK = tempfile.mkdtemp()
env=dict(os.environ, TF_CLI_CONFIG_FILE='/dev/null', CHECKPOINT_DISABLE='1')
EMPTY = """{
  "version": 4,
  "terraform_version": "1.11.4",
  "serial": 0,
  "lineage": "",
  "outputs": {},
  "resources": [],
  "check_results": null
}
"""
cases={}
def case(name, before, after, args=[], taint=[]): cases[name]=(before,after,args,taint)
base='''
variable "secret" {
  default   = "s3"
  sensitive = true
}
module "cnt" {
  source = "./m"
  count  = 2
  v      = count.index
}
module "gone" {
  source = "./m"
}
resource "terraform_data" "removed" {
  input = 1
}
resource "terraform_data" "c" {
  count = 3
  input = count.index
}
resource "terraform_data" "e" {
  for_each = toset(["a", "b"])
  input    = { key = each.key, n = [1, 2.5, null] }
}
resource "terraform_data" "trig" {
  input            = "x"
  triggers_replace = 1
}
resource "terraform_data" "dep" {
  input = terraform_data.trig.id
}
resource "terraform_data" "rtb" {
  lifecycle {
    replace_triggered_by = [terraform_data.trig]
  }
}
resource "terraform_data" "hidden" {
  input = "s3"
}
output "x" {
  value = terraform_data.trig.output
}
output "gone" {
  value = 1
}
output "all" {
  value = [for c in terraform_data.c : c.id]
}
output "sens" {
  value     = "s"
  sensitive = true
}
'''
after='''
variable "secret" {
  default   = "s3"
  sensitive = true
}
module "cnt" {
  source = "./m"
  count  = 1
  v      = count.index
}
resource "terraform_data" "c" {
  count = 2
  input = count.index
}
resource "terraform_data" "e" {
  for_each = toset(["a", "c"])
  input    = { key = each.key, n = [1, 2.5, null] }
}
resource "terraform_data" "trig" {
  input            = "y"
  triggers_replace = 2
}
resource "terraform_data" "dep" {
  input = terraform_data.trig.id
}
resource "terraform_data" "rtb" {
  lifecycle {
    replace_triggered_by = [terraform_data.trig]
  }
}
resource "terraform_data" "hidden" {
  input = var.secret
}
output "x" {
  value = terraform_data.trig.output
}
output "all" {
  value = [for c in terraform_data.c : c.id]
}
output "nul" {
  value = null
}
output "sens" {
  value = "s"
}
'''
case('create','',base)
case('no_change',base,base)
case('reasons',base,after)
case('destroy',base,after,['-destroy'])
case('refresh_only',base,after,['-refresh-only'])
case('replace',base,base,['-replace=terraform_data.c[1]','-replace=terraform_data.dep'])
case('tainted',base,base,[],['terraform_data.trig','terraform_data.e["a"]'])
cbd='''
resource "terraform_data" "base" {
  triggers_replace = %s
}
resource "terraform_data" "mid" {
  input = terraform_data.base.id
}
resource "terraform_data" "top" {
  input            = terraform_data.mid.output
  triggers_replace = %s
  lifecycle {
    create_before_destroy = true
  }
}
resource "terraform_data" "ign" {
  input            = %s
  triggers_replace = { a = %s }
  lifecycle {
    ignore_changes = [input]
  }
}
resource "terraform_data" "all" {
  input = %s
  lifecycle {
    ignore_changes = all
  }
}
'''
case('create_before_destroy',cbd%(1,1,1,1,1),cbd%(2,2,2,1,2))
case('ignore_on_replace',cbd%(1,1,1,1,1),cbd%(1,1,2,2,2))
case('moved','''
resource "terraform_data" "counted" {
  input = 1
}
resource "terraform_data" "single" {
  count = 2
  input = count.index
}
resource "terraform_data" "old" {
  for_each = toset(["a", "b"])
  input    = each.key
}
resource "terraform_data" "one" {
  input = 1
}
resource "terraform_data" "chain1" {}
module "before" {
  source   = "./m"
  for_each = toset(["x", "y"])
}
module "plain" {
  source = "./m"
}
resource "terraform_data" "inner" {
  input = 1
}
resource "terraform_data" "busy" {}
resource "terraform_data" "taken" {}
''','''
resource "terraform_data" "counted" {
  count = 2
  input = 1
}
resource "terraform_data" "single" {
  input = 0
}
moved {
  from = terraform_data.old
  to   = terraform_data.new
}
resource "terraform_data" "new" {
  for_each = toset(["a", "b"])
  input    = each.key
}
moved {
  from = terraform_data.one
  to   = terraform_data.many["k"]
}
resource "terraform_data" "many" {
  for_each = toset(["k"])
  input    = 1
}
moved {
  from = terraform_data.chain1
  to   = terraform_data.chain2
}
moved {
  from = terraform_data.chain2
  to   = terraform_data.chain3
}
resource "terraform_data" "chain3" {}
moved {
  from = module.before
  to   = module.after
}
module "after" {
  source   = "./m"
  for_each = toset(["x", "y"])
}
moved {
  from = module.plain
  to   = module.keyed["p"]
}
module "keyed" {
  source   = "./m"
  for_each = toset(["p"])
}
moved {
  from = terraform_data.inner
  to   = module.keyed["p"].terraform_data.other
}
moved {
  from = terraform_data.busy
  to   = terraform_data.taken
}
resource "terraform_data" "taken" {}
''')
ONLY=sys.argv[1:]
for name,(before,after,args,taint) in cases.items():
    if ONLY and name not in ONLY: continue
    d = os.path.join(WORK, name)
    os.makedirs(d + '/m')
    open(d+'/m/main.tf','w').write('''variable "v" {
  default = 1
}
resource "terraform_data" "in" {
  input = var.v
}
output "o" {
  value = terraform_data.in.output
}
''')
    def tf(*a):
        p=subprocess.run(['terraform',*a],cwd=d,env=env,capture_output=True,text=True)
        if p.returncode: sys.exit(name+' '+str(a)+p.stdout+p.stderr)
        return p.stdout
    o = f'{OUT}/{name}'
    shutil.rmtree(o, ignore_errors=True)
    os.makedirs(o + '/m')
    if before:
        open(d+'/main.tf','w').write(before); tf('init'); tf('apply','-auto-approve')
        for t in taint: tf('taint',t)
    open(d+'/main.tf','w').write(after); tf('init'); tf('plan','-out=p',*args)
    p=json.loads(tf('show','-json','p'))
    keep={k:p.get(k) for k in ('resource_changes','output_changes','resource_drift')}
    json.dump(keep,open(o+'/plan.json','w'),indent=1,sort_keys=True); open(o+'/plan.json','a').write('\n')
    if before:
        shutil.copy(d+'/terraform.tfstate',o+'/terraform.tfstate')
    else:
        open(o+'/terraform.tfstate','w').write(EMPTY)
    shutil.copy(d+'/main.tf',o+'/main.tf'); shutil.copy(d+'/m/main.tf',o+'/m/main.tf')
    open(o+'/arguments','w').write('\n'.join(args)+'\n')
