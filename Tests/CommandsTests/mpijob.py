"""Checks manifests of Kubeflow's MPIJob (kubeflow.org/v2beta1), and says what the cluster would say.

    mpijob.py FILE...

SPEC is what the operator's custom resource definition and its own validation ask of an MPIJob around the pods: names, kinds and
values of fields, written down here because no package of PyPI has it. The pods are checked by kubernetes-validate, strictly,
against the schema that Kubernetes publishes of itself. What a schema cannot say of them is checked as well: that the volumes that are
mounted are there, and that limits are not below requests.
"""

import sys

import jsonschema
import kubernetes_validate
import yaml

COUNT = {"type": "integer", "minimum": 0}
REPLICAS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["replicas", "restartPolicy", "template"],
    "properties": {
        "replicas": {"type": "integer", "minimum": 1},
        "restartPolicy": {"enum": ["Never", "OnFailure"]},
        "template": {"type": "object"},
    },
}
SPEC = {
    "type": "object",
    "additionalProperties": False,
    "required": ["apiVersion", "kind", "metadata", "spec"],
    "properties": {
        "apiVersion": {"const": "kubeflow.org/v2beta1"},
        "kind": {"const": "MPIJob"},
        "metadata": {
            "type": "object",
            "required": ["name"],
            # With `-worker-NUMBER` behind it, it is a host's name.
            "properties": {"name": {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 52}},
        },
        "spec": {
            "type": "object",
            "additionalProperties": False,
            "required": ["mpiReplicaSpecs"],
            "properties": {
                "slotsPerWorker": COUNT,
                "launcherCreationPolicy": {"enum": ["AtStartup", "WaitForWorkersReady"]},
                "mpiImplementation": {"enum": ["OpenMPI", "Intel", "MPICH"]},
                "sshAuthMountPath": {"type": "string", "minLength": 1},
                "runPolicy": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "cleanPodPolicy": {"enum": ["None", "Running", "All"]},
                        "ttlSecondsAfterFinished": COUNT,
                        "activeDeadlineSeconds": COUNT,
                        "backoffLimit": COUNT,
                        "schedulingPolicy": {"type": "object"},
                        "suspend": {"type": "boolean"},
                    },
                },
                "mpiReplicaSpecs": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["Launcher"],
                    "properties": {
                        "Launcher": {**REPLICAS, "properties": {**REPLICAS["properties"], "replicas": {"const": 1}}},
                        "Worker": REPLICAS,
                    },
                },
            },
        },
    },
}
UNITS = {"": 1, "m": 1e-3, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


def amount(text):
    """A quantity of Kubernetes's as a number."""
    digits = str(text).rstrip("mKMGTki")
    return float(digits) * UNITS[str(text)[len(digits) :]]


def complaints(job):
    """What is wrong with a manifest, as sentences."""
    for error in jsonschema.Draft202012Validator(SPEC).iter_errors(job):
        yield f"{error.json_path}: {error.message}"
        return
    for role, replicas in job["spec"]["mpiReplicaSpecs"].items():
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"}, **replicas["template"]}
        try:
            kubernetes_validate.validate(pod, "1.37", strict=True)
        except kubernetes_validate.ValidationError as error:
            yield f"{role}: {error.message}"
            continue
        volumes = {volume["name"] for volume in pod["spec"].get("volumes", [])}
        for container in pod["spec"]["containers"]:
            for mount in container.get("volumeMounts", []):
                if mount["name"] not in volumes:
                    yield f"{role}: {container['name']} mounts {mount['name']}, which is none of its volumes"
            requests, limits = (container["resources"].get(kind, {}) for kind in ("requests", "limits"))
            for name in requests.keys() | limits.keys():
                if amount(limits.get(name, "inf")) < amount(requests.get(name, 0)):
                    yield f"{role}: {container['name']} asks for more {name} than its limit"


found = [f"{path}: {line}" for path in sys.argv[1:] for job in yaml.safe_load_all(open(path)) for line in complaints(job)]
print("\n".join(found) or "valid")
sys.exit(bool(found))
