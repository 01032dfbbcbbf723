"""Fields of the REST API whose values are Go's, and two of Pulp's that forms can fill in."""

import json
from types import SimpleNamespace

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pulpcore.plugin.serializers import PulpLabelsField

from pulp_go.app.sumdbs import OFF
from pulp_go.app.tasks.planning import plan_of
from pulp_go.gomod import mainmodules, module, pathmatch, sumdb, versionquery
from pulp_go.gomod.errors import GoModError


class LabelsField(PulpLabelsField):
    """Labels; a form, which has texts alone, gives them as JSON."""

    def to_internal_value(self, data):
        """Return the labels as a dictionary."""
        if isinstance(data, str):
            try:
                data = json.loads(data)
            except ValueError:
                self.fail("not_a_dict", input_type="str")
        return super().to_internal_value(data)


class SwitchField(serializers.BooleanField):
    """A switch; a form that does not have it does not mean False, as it would for a check box."""

    default_empty_html = serializers.empty


class WordsField(serializers.ListField):
    """A list of the words of a selection, such as `rsc.io/quote@v1.5.2`."""

    child = serializers.CharField(trim_whitespace=False)
    revisions = False

    def run_child_validation(self, data):
        """Return the words, each of which can be understood."""
        words = super().run_child_validation(data)
        for word in words:
            raise_as_validation_error(parse_word, word, self.revisions)
        return words


class RevisionWordsField(WordsField):
    """A list of words, of which some may name a branch or a commit, such as `corp.com/a@main`."""

    revisions = True


class GoSumField(serializers.CharField):
    """The text of a go.sum."""

    def to_internal_value(self, data):
        """Return the text, each line of which names a module version."""
        text = super().to_internal_value(data)
        raise_as_validation_error(plan_of, selection_fields(go_sum=text))
        return text


class GoModsField(serializers.ListField):
    """Texts of go.mod files."""

    child = serializers.CharField(trim_whitespace=False)

    def run_child_validation(self, data):
        """Return the texts, each of which is the go.mod of a program."""
        texts = super().run_child_validation(data)
        raise_as_validation_error(mainmodules.toolchains, texts)
        return texts


class GoWorkField(serializers.CharField):
    """The text of a go.work."""

    def to_internal_value(self, data):
        """Return the text, which is a go.work."""
        text = super().to_internal_value(data)
        raise_as_validation_error(mainmodules.toolchains, [], text)
        return text


def selection_fields(**given):
    """Return what has the fields of a remote that select, with nothing in those not given."""
    empty = {"includes": [], "excludes": [], "go_sum": "", "go_mods": [], "go_work": ""}
    return SimpleNamespace(**({"takes_revisions": False} | empty | given))


def parse_word(text, revisions):
    """Return a word of a selection; see `versionquery.parse_word`."""
    return versionquery.parse_word(text, revisions=revisions)


def raise_as_validation_error(parse, *values):
    """Call `parse` and raise what it has against the values as an answer 400."""
    try:
        parse(*values)
    except GoModError as error:
        raise serializers.ValidationError(str(error)) from error


class DatabaseField(serializers.CharField):
    """The name or the key of a checksum database, or `off`."""

    def to_internal_value(self, data):
        """Return the text, which names a database, or none."""
        text = super().to_internal_value(data)
        if text != OFF:
            raise_as_validation_error(sumdb.parse_database, text)
        return text


class PatternsField(serializers.ListField):
    """A list of patterns of module paths, as in GOPRIVATE."""

    child = serializers.CharField()

    def run_child_validation(self, data):
        """Return the patterns, each of which is one."""
        patterns = super().run_child_validation(data)
        for pattern in patterns:
            if "," in pattern or not pathmatch.is_valid(pattern):
                raise serializers.ValidationError(f"{pattern!r} is no pattern of module paths.")
        return patterns


class PathPrefixField(serializers.CharField):
    """A module path, or the beginning of one, without a major version."""

    def to_internal_value(self, data):
        """Return the path, which names modules or what they are below."""
        text = super().to_internal_value(data)
        raise_as_validation_error(module.check_path, text)
        if module.split_path_version(text)[1]:
            raise serializers.ValidationError(f"{text!r} ends with a major version.")
        return text


class DirectoriesField(serializers.JSONField):
    """Directories of a repository by module path; a form, which has texts alone, gives JSON."""

    def to_internal_value(self, data):
        """Return the directories, each without slashes at its ends."""
        if isinstance(data, str):
            try:
                data = json.loads(data)
            except ValueError:
                self.fail("invalid")
        if not isinstance(data, dict):
            raise serializers.ValidationError("It is no object of directories by module path.")
        return {path: self.directory(path, data[path]) for path in data}

    def directory(self, path, directory):
        """Return the directory of a module."""
        raise_as_validation_error(module.check_path, path)
        if not isinstance(directory, str) or {"..", "."} & set(directory.split("/")):
            raise serializers.ValidationError(f"{path}: {directory!r} is no directory.")
        return directory.strip("/")


@extend_schema_field({"type": ["string", "null"]})
class ChoiceOrNullField(serializers.ChoiceField):
    """One of some words, or null, which pulpcore's schema has for no field with choices."""
