resource "aws_key_pair" "operators" {
  key_name   = "operators"
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2b5RYiFGpJkKzkNS1XRVn1wxDOcRRl6nr1Qx2ZqVvP operators"
}
